"""In which units does the carbon model speak, and how is carbon turned into carbon dioxide?"""

CO2_PER_C = 44 / 12
"""Mass of CO2 that holds one mass of carbon: molar masses 44 and 12 g/mol."""

TONNE_C = "tC"
TONNE_CO2 = "tCO2"
TONNE_C_PER_HECTARE = "tC/ha"
HECTARE = "ha"
