"""The desk: what arrives is read, weighed by the rules, recorded and carried out."""
