"""Which blocks decide whether a place is large enough for its balance?

A cell of the emission grid is 64 ha: 82 ha hold 1.3 of them and 108 ha 1.7, too few; 386 ha hold 6
and 518 ha 8, enough for an order of magnitude. Olemps has no grid: its land and buildings decide.
"""

VERDICTS = {
    "dense-quarter": "unfit",
    "salt-marsh": "unfit",
    "harbour": "order-of-magnitude",
    "farm-commune": "order-of-magnitude",
    "olemps": "order-of-magnitude",
}
WITHOUT_CAR_PARKS = {"salt-marsh", "harbour", "farm-commune"}


def test_what_is_not_there_makes_no_place_too_small(persona):
    """A commune without car parks is no smaller for it: that is told, and the other blocks decide."""
    fitness = persona["carbon-balance"]["fitness"]
    assert fitness["verdict"] == VERDICTS[persona.name]
    lacking = [reason["fr"] for reason in fitness["reasons"] if "aucun objet de la couche" in reason["fr"]]
    assert bool(lacking) == (persona.name in WITHOUT_CAR_PARKS)
