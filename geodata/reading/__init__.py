"""Reading tables and layers as they come: files, encodings, headers, columns, numbers, dates, ids."""
