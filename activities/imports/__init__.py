"""What comes in as Excel, one module for each noun; found by itself."""
