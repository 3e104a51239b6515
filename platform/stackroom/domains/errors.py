from stackroom.core.errors import Conflict, FieldError


class DomainListed(Conflict):
    code = "domain_listed"
    detail = "This domain is in your list already."

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("host", self.detail)])


class DomainTaken(Conflict):
    code = "domain_taken"
    detail = "Another organisation has proved this domain; it must be removed there first."


class DomainNotVerified(Conflict):
    code = "domain_not_verified"
    detail = "Only a verified domain can be the organisation's address: set its record and check."


class TooManyDomains(Conflict):
    code = "too_many_domains"
    detail = "An organisation can have twenty domains; remove one that you do not need."
