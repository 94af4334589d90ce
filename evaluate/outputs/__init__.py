"""What people take away: tables, labelled sheets, one offline page, a paragraph of Markdown."""
