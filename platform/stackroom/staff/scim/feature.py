from flask import url_for

from stackroom.core.features import Feature, NavItem
from stackroom.staff.scim.events import GROUP, USER
from stackroom.staff.scim.models import DirectoryGroup, DirectoryUser
from stackroom.staff.scim.permissions import DIRECTORY_READ, PERMISSIONS
from stackroom.staff.scim.rest.directory import api
from stackroom.staff.scim.web.views import web

feature = Feature(
    name="directory",
    permissions=PERMISSIONS,
    api=api,
    web=web,
    navigation=(NavItem("Directory", "directory.index", "people", 93, DIRECTORY_READ),),
    pages={
        USER: lambda _: url_for("directory.index"),
        GROUP: lambda group_id: url_for("directory.show", group_id=group_id),
    },
    restorers={
        DirectoryUser: "The directory says who is there; change it there.",
        DirectoryGroup: "The directory says which groups there are; change it there.",
    },
)
