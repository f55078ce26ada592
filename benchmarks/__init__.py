"""What is measured, against what; results with date and machine lie beside the code."""
