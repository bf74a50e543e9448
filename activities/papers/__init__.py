"""What is printed: sheets, certificates, the book of reports."""
