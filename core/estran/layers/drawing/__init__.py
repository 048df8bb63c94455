"""Pictures of layers: grids and features, drawn as their styles say."""
