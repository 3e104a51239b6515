from stackroom.core.errors import Conflict


class SearchNameTaken(Conflict):
    code = "search_name_taken"
    detail = "You have a search of this name already; choose another name."


class TooManySearches(Conflict):
    code = "too_many_searches"
    detail = "You have 100 saved searches; delete one that you do not need any more."
