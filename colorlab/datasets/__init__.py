"""Where pictures come from: folders of photographs, and toy pictures painted by code."""
