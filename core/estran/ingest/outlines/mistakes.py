"""What is said of each mistake in the outlines of a file: what happened, why, and what to do."""

from estran.carbon.text import Text
from estran.ingest.outlines.telling import DRAW, OTHER_FILE, Action, Notice, amount, area, counted

CHOOSE_LAYER = Action("choose-layer", Text("Choisir une autre couche", "Choose another layer"))
CLOSE_LINES = Action("close-lines", Text("Fermer les lignes", "Close the lines"), {"close-lines": "true"})
ACCEPT = Action("accept", Text("Accepter", "Accept"))
EDIT = Action("edit", Text("Corriger", "Correct it"), {"repair": "false"})


def no_polygon(lines: int, points: int, *, others: bool, drawing: bool) -> Notice:
    """Return what is said of a layer without any surface."""
    kinds = [(lines, "lignes", "lines"), (points, "points", "points")]
    present = [(fr, en) for count, fr, en in kinds if count]
    fr = " et des ".join(name for name, _ in reversed(present)) or "objets sans contour"
    en = " and ".join(name for _, name in reversed(present)) or "features without an outline"
    what = "Ce calque" if drawing else "Cette couche" if others else "Ce fichier"
    thing = "This layer" if drawing or others else "This file"
    if drawing:
        todo = ("Choisissez le calque du contour.", "Choose the layer of the outline.")
    elif lines:
        todo = ("", "")
    elif others:
        todo = (
            "Choisissez une autre couche ou dessinez le contour.",
            "Choose another layer or draw the outline.",
        )
    else:
        todo = ("Exportez la couche des surfaces ou dessinez le contour.",
                "Export the layer of surfaces or draw the outline.")  # fmt: skip
    actions = [CLOSE_LINES] if lines else []
    actions += [CHOOSE_LAYER] if others or drawing else []
    return Notice(
        "no-polygon",
        "error",
        Text(
            f"{what} ne contient que des {fr}. Estran a besoin de surfaces. {todo[0]}".rstrip(),
            f"{thing} only holds {en}. Estran needs surfaces. {todo[1]}".rstrip(),
        ),
        (*actions, DRAW),
    )


def not_closable() -> Notice:
    """Return what is said when lines, once closed, enclose nothing."""
    return Notice(
        "no-polygon",
        "error",
        Text(
            "Même fermées, ces lignes n'enferment aucune surface. Choisissez une autre couche ou dessinez "
            "le contour.",
            "Even closed, these lines enclose no surface. Choose another layer or draw the outline.",
        ),
        (CHOOSE_LAYER, DRAW),
    )


def lines_closed(count: int) -> Notice:
    """Return what is said once lines are read as surfaces."""
    fr, en = (
        counted(count, "surface tirée", "surfaces tirées", "fr"),
        counted(count, "surface", "surfaces", "en"),
    )
    return Notice("closed-lines", "info", Text(f"{fr} de lignes fermées.", f"{en} made of closed lines."))


def left_out(lines: int, points: int, empty: int) -> Notice:
    """Return what is said of the objects without surface of a layer that has some."""
    told = [
        (counted(count, one, many, "fr"), counted(count, one_en, many_en, "en"))
        for count, one, many, one_en, many_en in (
            (lines, "ligne", "lignes", "line", "lines"),
            (points, "point", "points", "point", "points"),
            (
                empty,
                "objet sans contour",
                "objets sans contour",
                "feature without outline",
                "features without outline",
            ),
        )
        if count
    ]
    fr, en = " et ".join(each for each, _ in told), " and ".join(each for _, each in told)
    many = lines + points + empty > 1
    return Notice(
        "left-out",
        "info",
        Text(
            f"{fr} {'ne sont' if many else "n'est"} pas repris : Estran a besoin de surfaces.",
            f"{en} {'are' if many else 'is'} left out: Estran needs surfaces.",
        ),
        (CLOSE_LINES,) if lines else (),
    )


def unreadable(count: int) -> Notice:
    """Return what is said of geometries whose coordinates are not numbers or make no shape."""
    fr, en = (
        counted(count, "objet est illisible", "objets sont illisibles", "fr"),
        counted(count, "feature is", "features are", "en"),
    )
    return Notice(
        "unreadable",
        "warning",
        Text(
            f"{fr} et laissé de côté." if count == 1 else f"{fr} et laissés de côté.",
            f"{en} unreadable and left out.",
        ),
    )


def crossing(
    outlines: int,
    places: int,
    before_ha: float,
    after_ha: float,
    points: tuple[tuple[float, float], ...],
    *,
    repaired: bool,
) -> Notice:
    """Return what is said of outlines that cross themselves."""
    spots = (counted(places, "endroit", "endroits", "fr"), counted(places, "place", "places", "en"))
    if outlines == 1:
        head = (f"Le contour se recoupe en {spots[0]}", f"The outline crosses itself in {spots[1]}")
    else:
        head = (
            f"{outlines} contours se recoupent en {spots[0]}",
            f"{outlines} outlines cross themselves in {spots[1]}",
        )
    shown = (" (numérotés sur la carte)", " (numbered on the map)") if len(points) > 1 else ("", "")
    if not repaired:
        return Notice(
            "self-crossing",
            "warning",
            Text(
                f"{head[0]}{shown[0]}. Déplacez les sommets pour défaire le nœud.",
                f"{head[1]}{shown[1]}. Move the vertices to undo the knot.",
            ),
            (Action("repair", Text("Réparer", "Repair"), {"repair": "true"}),),
            points,
        )
    same = area(before_ha, "fr") == area(after_ha, "fr")
    done = (
        ("surface inchangée", "area unchanged")
        if same
        else (
            f"surface {area(after_ha, 'fr')} au lieu de {_bare(before_ha, after_ha, 'fr')}",
            f"area {area(after_ha, 'en')} instead of {_bare(before_ha, after_ha, 'en')}",
        )
    )
    return Notice(
        "self-crossing",
        "warning",
        Text(f"{head[0]}{shown[0]}. Réparé : {done[0]}.", f"{head[1]}{shown[1]}. Repaired: {done[1]}."),
        (ACCEPT, EDIT),
        points,
    )


def _bare(before_ha: float, after_ha: float, language: str) -> str:
    """The area before, without its unit when that of the area after is the same."""
    before, after = (area(each, language).partition("\u00a0") for each in (before_ha, after_ha))
    return before[0] if before[2] == after[2] else "".join(before)


def overlap(
    pairs: int, area_ha: float, names: tuple[str, str], points: tuple[tuple[float, float], ...]
) -> Notice:
    """Return what is said of parts that lie on the same land."""
    fr, en = area(area_ha, "fr"), area(area_ha, "en")
    if pairs == 1:
        message = Text(
            f"Deux parties se recouvrent sur {fr}. Chaque mètre carré compte une fois : laquelle garder ?",
            f"Two parts overlap on {en}. Each square metre counts once: which one keeps it?",
        )
        labels = (
            Text(f"Garder « {names[0]} »", f"Keep “{names[0]}”"),
            Text(f"Garder « {names[1]} »", f"Keep “{names[1]}”"),
        )
    else:
        message = Text(
            f"Des parties se recouvrent en {pairs} endroits, sur {fr}. Chaque mètre carré compte une fois : "
            "lesquelles garder ?",
            f"Parts overlap in {pairs} places, on {en}. Each square metre counts once: which ones keep it?",
        )
        labels = (
            Text("Garder les premières de la liste", "Keep the first in the list"),
            Text("Garder les dernières de la liste", "Keep the last in the list"),
        )
    return Notice(
        "overlap",
        "warning",
        message,
        (
            Action("keep-first", labels[0], {"keep": "first"}),
            Action("keep-last", labels[1], {"keep": "last"}),
        ),
        points,
    )


def too_many(count: int, limit: int) -> Notice:
    """Return what is said of a layer with too many parts."""
    return Notice(
        "too-many-features",
        "error",
        Text(
            f"Cette couche a {amount(count, 'fr', 0)} surfaces, limite {amount(limit, 'fr', 0)}. "
            "Fusionnez-les, ou "
            "n'exportez que le périmètre.",
            f"This layer has {amount(count, 'en', 0)} surfaces; the limit is {amount(limit, 'en', 0)}. "
            "Merge them, "
            "or export the outline only.",
        ),
        (MERGE, OTHER_FILE),
    )


def many(count: int) -> Notice:
    """Return what is said of a layer with more parts than a person can look through."""
    return Notice(
        "many-features",
        "info",
        Text(
            f"Cette couche a {amount(count, 'fr', 0)} surfaces. Fusionnées par valeur, elles se relisent "
            "mieux ; le "
            "calcul est le même.",
            f"This layer has {amount(count, 'en', 0)} surfaces. Merged by value they are easier to check; "
            "the "
            "computation is the same.",
        ),
        (MERGE,),
    )


def too_fine(vertices: int, limit: int) -> Notice:
    """Return what is said of outlines with too many vertices."""
    return Notice(
        "too-many-vertices",
        "error",
        Text(
            f"Ces contours ont {amount(vertices, 'fr', 0)} sommets, limite {amount(limit, 'fr', 0)}. "
            "Simplifiez à "
            "1 m ou n'exportez que le périmètre.",
            f"These outlines have {amount(vertices, 'en', 0)} vertices; the limit is "
            f"{amount(limit, 'en', 0)}. "
            "Simplify to 1 m or export the outline only.",
        ),
        (Action("simplify", Text("Simplifier à 1 m", "Simplify to 1 m"), {"simplify": "1"}), OTHER_FILE),
    )


def simplified(before: int, after: int, metres: float, change_ha: float) -> Notice:
    """Return what simplifying did."""
    fr, en = (
        (
            amount(before, each, 0),
            amount(after, each, 0),
            amount(metres, each),
            amount(abs(change_ha) * 10_000, each, 0),
        )
        for each in ("fr", "en")
    )
    sign = "−" if change_ha < 0 else "+"
    return Notice(
        "simplified",
        "info",
        Text(
            f"Contours simplifiés à {fr[2]} m : {fr[0]} sommets, puis {fr[1]} ; surface {sign}{fr[3]} m².",
            f"Outlines simplified to {en[2]} m: {en[0]} vertices, then {en[1]}; area {sign}{en[3]} m².",
        ),
    )


MERGE = Action("merge", Text("Fusionner par valeur", "Merge by value"), {"merge": "true"})
HEIGHTS = Notice(
    "heights", "info", Text("Les altitudes du fichier sont ignorées.", "The heights of the file are ignored.")
)
CURVES = Notice(
    "curves",
    "info",
    Text(
        "Les arcs et les courbes sont remplacés par de courts segments.",
        "Arcs and curves are replaced by short segments.",
    ),
)
NO_AREA = Notice(
    "no-area",
    "error",
    Text(
        "Les contours de cette couche n'ont pas de surface. Choisissez une autre couche ou dessinez le "
        "contour.",
        "The outlines of this layer have no area. Choose another layer or draw the outline.",
    ),
    (CHOOSE_LAYER, DRAW),
)
