"""A form as data: its layout, the lists it is filled from, what typed texts mean. Nothing here makes a page."""
