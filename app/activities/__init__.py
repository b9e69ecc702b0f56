"""Marketing activities as both faces show them: the list, the calendar, the record and its forms (F5)."""
