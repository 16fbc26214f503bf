"""An offer's folder: CSV files and terms read whole, or refused with every fault of every file."""
