"""Are the results of a suite counted right? The file has the form that TestNG writes."""

from pathlib import Path

from cite.results import SuiteResult, read_results, table

RESULTS = """<?xml version="1.0" encoding="UTF-8"?>
<testng-results skipped="1" failed="1" total="4" passed="1">
 <suite name="s"><test name="Core">
  <class name="org.opengis.cite.a.Landing">
   <test-method status="PASS" name="setUp" is-config="true"/>
   <test-method status="PASS" name="links"/>
   <test-method status="FAIL" name="self">
    <exception class="java.lang.AssertionError"><message><![CDATA[
      no link
      to itself]]></message></exception>
   </test-method>
  </class>
  <class name="org.opengis.cite.a.Time"><test-method status="SKIP" name="interval"/></class>
 </test></suite>
</testng-results>
"""


def test_results_are_counted_and_told(tmp_path: Path) -> None:
    (tmp_path / "testng-results.xml").write_text(RESULTS, encoding="utf-8")
    found = read_results("features", tmp_path / "testng-results.xml")
    assert (found.passed, found.failed, found.skipped, found.is_good) == (1, 1, 1, False)
    text = table([found, SuiteResult("tiles", reason="not run: absent")])
    assert "| features | 1 | 1 | 1 |" in text
    assert "- features: failed: Landing.self: no link to itself" in text
    assert "- features: skipped: Time.interval:" in text
    assert "| tiles | 0 | 0 | 0 | not run: absent |" in text


def test_a_suite_without_any_test_is_not_good() -> None:
    assert not SuiteResult("features").is_good
    assert SuiteResult("features", passed=1).is_good
    assert not SuiteResult("features", passed=1, reason="not run").is_good
