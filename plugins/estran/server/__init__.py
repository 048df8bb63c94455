"""The web application around pygeoapi: routes, errors, limits, health, configuration."""
