"""What is kept of the descriptions of processes, and what tells two requests apart."""

from flask.testing import FlaskClient

PATH = "/processes/hello"


def test_a_description_is_the_same_the_second_time(client: FlaskClient) -> None:
    first, second = (client.get(PATH) for _ in range(2))
    assert (second.status_code, second.get_data()) == (200, first.get_data())
    assert second.headers["Content-Type"] == first.headers["Content-Type"] == "application/json"
    assert second.headers["Vary"] == first.headers["Vary"]


def test_language_format_and_parameters_have_their_own_answer(client: FlaskClient) -> None:
    for _ in range(2):
        assert client.get(PATH, headers={"Accept": "text/html"}).mimetype == "text/html"
        assert client.get(f"{PATH}?f=json", headers={"Accept": "text/html"}).mimetype == "application/json"
        assert client.get(f"{PATH}?lang=en").headers["Content-Language"] == "en"
        assert client.get(PATH, headers={"Accept-Language": "en"}).headers["Content-Language"] == "en"
        assert client.get(f"{PATH}?lang=fr").headers["Content-Language"] == "fr"


def test_a_refusal_is_not_kept(client: FlaskClient) -> None:
    for _ in range(2):
        assert client.get(f"{PATH}?nothing=1").status_code == 400
        assert client.get("/processes/nothing").status_code == 404
