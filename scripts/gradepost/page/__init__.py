"""The pages: forms and views as HTML, made from the book and from facts handed in. No clock, no web framework."""
