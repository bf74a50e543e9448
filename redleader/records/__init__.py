"""What a record needs: its form, its steps, its key, its filters, its history."""
