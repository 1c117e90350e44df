"""Where pictures come from: folders of photographs, public data sets, toy pictures."""
