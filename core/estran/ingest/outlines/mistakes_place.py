"""What is said of coordinates that are not where they should be, and what to do."""

from estran.carbon.text import Text
from estran.ingest.outlines.placing import System
from estran.ingest.outlines.telling import OTHER_FILE, Action, Notice, amount

OTHER_SYSTEM = Action("ask-crs", Text("Autre système", "Another system"))


def it_is(system: System, *, swapped: bool = False) -> Action:
    """Return the button « C'est du Lambert-93 »."""
    more = {"swap": "true"} if swapped else {}
    name = system.name.en.partition(" (")[0]
    return Action("set-crs", Text(f"C'est {system.its}", f"It is {name}"), {"crs": system.code, **more})


def no_crs(likely: System | None, *, swapped: bool) -> Notice:
    """Return what is said when nothing tells the CRS."""
    fr = "Ce fichier ne dit pas dans quel système de coordonnées il est."
    en = "This file does not say which coordinate system it is in."
    if likely is None:
        return Notice(
            "no-crs",
            "error",
            Text(
                f"{fr} Ses valeurs ne tombent sur ce territoire dans aucun système courant : indiquez-le.",
                f"{en} Its values fall on this territory in no common system: name it.",
            ),
            (OTHER_SYSTEM, OTHER_FILE),
        )
    order_fr = ", x et y inversés" if swapped else ""
    order_en = ", with x and y swapped" if swapped else ""
    return Notice(
        "no-crs",
        "warning",
        Text(
            f"{fr} Les valeurs ressemblent à {likely.like}{order_fr}.",
            f"{en} The values look like {likely.name.en}{order_en}.",
        ),
        (it_is(likely, swapped=swapped), OTHER_SYSTEM),
    )


def wrong_crs(said: System, likely: System, *, swapped: bool, kind: str) -> Notice:
    """Return what is said when the CRS of the file puts it elsewhere and another one puts it here."""
    order_fr = ", x et y inversés" if swapped else ""
    order_en = ", with x and y swapped" if swapped else ""
    if kind == "geojson" and said.code in {"OGC:CRS84", "EPSG:4326"}:
        return Notice(
            "wrong-crs",
            "warning",
            Text(
                "Un GeoJSON est en longitude et latitude s'il ne dit rien d'autre. Or les valeurs "
                "ressemblent à "
                f"{likely.like}{order_fr}.",
                "A GeoJSON is in longitude and latitude unless it says otherwise. But the values look like "
                f"{likely.name.en}{order_en}.",
            ),
            (it_is(likely, swapped=swapped), OTHER_SYSTEM),
        )
    return Notice(
        "wrong-crs",
        "warning",
        Text(
            f"Le fichier se dit en {said.name.fr}, ce qui le met loin d'ici. Les valeurs ressemblent à "
            f"{likely.like}{order_fr}.",
            f"The file says it is in {said.name.en}, which puts it far from here. The values look like "
            f"{likely.name.en}{order_en}.",
        ),
        (it_is(likely, swapped=swapped), OTHER_SYSTEM),
    )


def swapped_axes(where: Text, *, geographic: bool) -> Notice:
    """Return what is said when x and y are exchanged."""
    names = ("latitude et longitude", "latitude and longitude") if geographic else ("x et y", "x and y")
    return Notice(
        "swapped",
        "warning",
        Text(
            f"Le contour tombe {where.fr} : {names[0]} semblent {'inversées' if geographic else 'inversés'}.",
            f"The outline falls {where.en}: {names[1]} seem to be swapped.",
        ),
        (Action("swap", Text("Inverser", "Swap"), {"swap": "true"}), OTHER_SYSTEM),
    )


def outside(km: float) -> Notice:
    """Return what is said of an outline that does not touch the territory."""
    fr, en = (amount(km, each, 0 if km >= 10 else 1) for each in ("fr", "en"))
    return Notice(
        "outside",
        "warning",
        Text(
            f"Ce contour est à {fr} km du territoire couvert. Vérifiez le système de coordonnées, ou "
            "utilisez le "
            "serveur de ce territoire.",
            f"This outline is {en} km from the territory covered. Check the coordinate system, or use the "
            "server "
            "of that territory.",
        ),
        (OTHER_SYSTEM, OTHER_FILE),
    )


def nowhere(said: System) -> Notice:
    """Return what is said when coordinates have no position in their CRS, nor here in any other."""
    return Notice(
        "nowhere",
        "error",
        Text(
            f"Ces coordonnées n'existent pas en {said.name.fr}, et ne tombent ici dans aucun système "
            "courant. "
            "Indiquez le bon système, ou exportez de nouveau le fichier.",
            f"These coordinates do not exist in {said.name.en}, and fall here in no common system. Name the "
            "right "
            "system, or export the file again.",
        ),
        (OTHER_SYSTEM, OTHER_FILE),
    )


def partly_outside(share: float) -> Notice:
    """Return what is said of an outline that the territory holds only in part."""
    # Rounded down: an outline that is not whole is never said to be.
    percent = int(share * 100)
    return Notice(
        "partly-outside",
        "warning",
        Text(
            f"Ce contour sort du territoire couvert ({percent} % couverts). Le résultat ne porte que sur la "
            "partie "
            "couverte.",
            f"This outline leaves the territory covered ({percent}% covered). The result is about the "
            "covered part "
            "only.",
        ),
    )
