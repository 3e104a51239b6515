"""An organisation's directory: it speaks SCIM, with a key that may do nothing else."""

from dataclasses import dataclass
from typing import Any

from stackroom.testing.furnish import GROUP, USER, add_group, add_key, add_user
from stackroom.testing.house import Answer, Api, House

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass(frozen=True, slots=True)
class Directory:
    api: Api

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = {"Content-Type": "application/scim+json"} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        return self.api.request(method, f"/api/scim/v2{path}", json=body, headers=sent)

    def get(self, path: str) -> Answer:
        return self.request("GET", path)

    def post(self, path: str, body: Any) -> Answer:
        return self.request("POST", path, body)

    def patch(self, path: str, *operations: dict[str, Any], **headers: str) -> Answer:
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return self.request("PATCH", path, body, **headers)

    def put_user(self, user_id: str, **fields: Any) -> Answer:
        return self.request("PUT", f"/Users/{user_id}", {"schemas": [USER], **fields})

    def put_group(self, group_id: str, **fields: Any) -> Answer:
        return self.request("PUT", f"/Groups/{group_id}", {"schemas": [GROUP], **fields})

    def delete(self, path: str) -> Answer:
        return self.request("DELETE", path)

    def add_user(self, name: str, **fields: Any) -> str:
        return add_user(self.api, name, **fields)

    def add_group(self, name: str, *user_ids: str) -> str:
        return add_group(self.api, name, *user_ids)


def directory_of(house: House) -> Directory:
    token = add_key(house.api("admin"), ["directory.write"], service="Directory")["token"]
    return Directory(Api(house.app.test_client(), house.tenant.host, token))
