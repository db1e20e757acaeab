"""How good in-betweens are: scores against truth beside those of common methods, and pictures to look at."""
