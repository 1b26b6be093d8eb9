"""Drives a fake server by the vendor's own clients, through whole lives of assets and jobs.

    python driver.py BASE_URL [BASE_URL_OF_THE_OLDER_REVISION [BASE_URL_THAT_MISBEHAVES]]

The one that misbehaves has the faults of `faults.json`, each in a project of its name.

Every line that it prints is a step that went as the documents say. It ends with 1 at the first
that does not.
"""

import json
import subprocess
import sys
import time
import urllib.request

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import (
    ClientRequestException,
    ServerResponseException,
)
from huaweicloudsdkmetastudio.v1 import (
    BatchAssetActionReq,
    BatchExecuteAssetActionRequest,
    ListAssetSummaryRequest,
    ListAssetSummarysReq,
    MetaStudioClient,
)
from huaweicloudsdkroma.v2 import (
    AssetExportRequestApps,
    AssetExportRequestTasks,
    AssetOperateRequest,
    CheckAssetJobStatusRequest,
    DeleteAssetRequest,
    RomaClient,
)

ACCESS_KEY, SECRET_KEY = "ASSETPROOFAK", "assetproof-secret"


class Unexpected(Exception):
    """Something is not as the documents say."""


def expect(what, actual, expected):
    if actual != expected:
        raise Unexpected(f"{what}: {actual!r} instead of {expected!r}")


def refused(what, kind, status, code, call, *arguments):
    """The SDK's typed exception for an error, with the documented status and code."""
    try:
        answered = call(*arguments)
    except kind as error:
        expect(f"the status of {what}", error.status_code, status)
        expect(f"the error code of {what}", error.error_code, code)
        if not error.error_msg:
            raise Unexpected(f"{what} has no error_msg")
        print(f"  {what}: {kind.__name__} {status} {code}")
        return error
    raise Unexpected(f"{what} was accepted: {answered}")


def client(kind, base, project, access_key=ACCESS_KEY, secret_key=SECRET_KEY):
    credentials = BasicCredentials(access_key, secret_key, project)
    return kind.new_builder().with_credentials(credentials).with_endpoint(base).build()


def state(base, name, **params):
    change = {"state": name, "params": params, "action": "setup"}
    request = urllib.request.Request(f"{base}/_states", data=json.dumps(change).encode())
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


class Library:
    """metastudio's assets of one project."""

    def __init__(self, base, project, **keys):
        self.base, self.project = base, project
        self.client = client(MetaStudioClient, base, project, **keys)

    def asset(self, **params):
        return state(self.base, "asset exists", project_id=self.project, **params)["asset_id"]

    def act(self, action, *ids, user=None):
        body = BatchAssetActionReq(action=action, asset_ids=list(ids))
        request = BatchExecuteAssetActionRequest(x_app_user_id=user, body=body)
        answer = self.client.batch_execute_asset_action(request)
        if not answer.x_request_id:
            raise Unexpected(f"the answer to {action} has no X-Request-Id")
        return {
            asset: (result.ret_status, result.error_info)
            for result in answer.results
            for asset in result.asset_ids
        }

    def succeed(self, action, asset):
        expect(f"the result of {action}", self.act(action, asset), {asset: ("SUCCESS", None)})
        print(f"  {action}: SUCCESS")

    def fail(self, action, asset):
        status, error = self.act(action, asset)[asset]
        expect(f"the result of {action}", status, "FAILED")
        if not error.error_code.startswith("MSS.") or not error.error_msg:
            raise Unexpected(f"the error of {action} is {error}")
        print(f"  {action}: FAILED {error.error_code}")

    def summary(self, *ids):
        request = ListAssetSummaryRequest(body=ListAssetSummarysReq(asset_ids=list(ids)))
        return {one.asset_id: one for one in self.client.list_asset_summary(request).asset_list}

    def state_of(self, asset):
        one = self.summary(asset).get(asset)
        return one and one.asset_state

    def is_in(self, asset, *states):
        found = self.state_of(asset)
        if found not in states:
            raise Unexpected(f"the asset is {found!r} instead of one of {states}")
        print(f"  listed as {found}")


def metastudio(base):
    print("metastudio: the life of an asset")
    library = Library(base, "interop-metastudio")
    asset = library.asset(asset_name="an asset", asset_type="BUSINESS_CARD_TEMPLATE")
    shown = library.summary(asset)[asset]
    expect("the name", shown.asset_name, "an asset")
    # The SDK's texts call it BUSINESS_CARD_TEMPLET (MS-E15); it takes the documented one as well.
    expect("the type", shown.asset_type, "BUSINESS_CARD_TEMPLATE")
    library.is_in(asset, "ACTIVED")
    library.succeed("UNACTIVE", asset)
    library.is_in(asset, "UNACTIVED")
    library.succeed("ACTIVE", asset)
    library.is_in(asset, "ACTIVED")
    library.succeed("SHARE", asset)
    library.succeed("UNSHARE", asset)
    library.succeed("DELETE", asset)
    library.is_in(asset, "DELETING", "DELETED", None)
    library.fail("ACTIVE", asset)
    library.succeed("RESTORE", asset)
    library.is_in(asset, "ACTIVED", "UNACTIVED")
    library.succeed("DELETE_FORCE", asset)
    library.is_in(asset, "DELETED", None)
    library.fail("RESTORE", asset)

    print("metastudio: one of two fails")
    known = library.asset()
    results = library.act("DELETE", known, "nobody-has-this-id", user="a user")
    expect("the result of the known one", results[known][0], "SUCCESS")
    expect("the result of the other", results["nobody-has-this-id"][0], "FAILED")
    print("  SUCCESS and FAILED")

    print("metastudio: a project whose id has to be encoded")
    odd = Library(base, "a b/ü(1)~*'%")
    library_of_odd = odd.asset()
    odd.succeed("DELETE", library_of_odd)
    expect("the asset in another project", library.state_of(library_of_odd), None)
    print("  shown in no other project")

    print("metastudio: errors")
    refusal = refused("an unknown action", ClientRequestException, 400, "MSS.00000003",
                      library.act, "DETELTE", known)
    if not refusal.request_id:
        raise Unexpected("the refusal has no X-Request-Id")
    refused("a user id with Chinese characters", ClientRequestException, 400, "MSS.00000003",
            lambda: library.act("SHARE", known, user="用户"))
    wrong = Library(base, "interop-metastudio", secret_key="another-secret")
    refused("another secret key", ClientRequestException, 400, "MSS.00000001",
            wrong.act, "DELETE", known)
    refused("another secret key in a query of summaries", ClientRequestException, 400,
            "MSS.00000001", wrong.summary, known)
    foreign = Library(base, "interop-metastudio", access_key="FOREIGNACCESSKEY")
    refused("another access key", ClientRequestException, 400, "MSS.00000001",
            foreign.act, "DELETE", known)
    state(base, "next request fails", project_id="interop-metastudio", status=500)
    refused("an internal error", ServerResponseException, 500, "MSS.00000004",
            library.act, "SHARE", known)
    library.succeed("SHARE", library.asset())


class Instance:
    """roma's jobs of one instance."""

    def __init__(self, base, project, instance, **keys):
        self.base = base
        self.place = {"project_id": project, "instance_id": instance}
        self.client = client(RomaClient, base, project, **keys)

    def make(self, name):
        return state(self.base, f"{name} exists", **self.place)

    def delete(self, apps, tasks):
        body = AssetOperateRequest(
            apps=[AssetExportRequestApps(id=app) for app in apps],
            tasks=[AssetExportRequestTasks(id=task) for task in tasks],
        )
        instance = self.place["instance_id"]
        return self.client.delete_asset(DeleteAssetRequest(instance, body)).job_id

    def job(self, job):
        request = CheckAssetJobStatusRequest(self.place["instance_id"], job)
        return self.client.check_asset_job_status(request)

    def ended(self, job):
        """The job when it has ended; each query brings it further."""
        progress = 0.0
        for _ in range(100):
            found = self.job(job)
            expect("the job's id", found.id, job)
            if found.progress_percent < progress:
                raise Unexpected(f"the job goes back from {progress} to {found.progress_percent}")
            progress = found.progress_percent
            if found.status != "RUNNING":
                expect("the progress of a job that has ended", progress, 1.0)
                print(f"  the job has ended: {found.status}")
                return found
        raise Unexpected("the job does not end")


def roma(base):
    print("roma: the life of a deletion job")
    instance = Instance(base, "interop-roma", "an-instance")
    app, task = instance.make("application")["app_id"], instance.make("task")["task_id"]
    job = instance.delete([app], [task])
    expect("the first status", instance.job(job).status, "RUNNING")
    refused("a second job", ClientRequestException, 403, "ROMA.00000101",
            instance.delete, ["another"], [])
    other = Instance(base, "interop-roma", "another-instance")
    other.delete(["another"], [])
    print("  a job in another instance is accepted")
    found = instance.ended(job)
    expect("the status", found.status, "SUCCEEDED")
    if not found.begin_time < found.end_time and found.begin_time != found.end_time:
        raise Unexpected(f"the job began at {found.begin_time} and ended at {found.end_time}")

    print("roma: a job that fails")
    failed = instance.ended(instance.delete([app], []))
    expect("the status", failed.status, "FAILED")
    # The document calls them `reason`, the SDK reads `reasons` (RO-E12).
    expect("what failed", [one.resource_name for one in failed.reasons], [app])

    print("roma: errors")
    refused("101 applications", ClientRequestException, 403, "ROMA.00000102",
            instance.delete, [f"app-{number}" for number in range(101)], [])
    refused("an unknown job", ClientRequestException, 403, "ROMA.00000105",
            instance.job, "nobody-has-this-id")
    wrong = Instance(base, "interop-roma", "an-instance", secret_key="another-secret")
    refused("another secret key", ClientRequestException, 403, "ROMA.00000104",
            wrong.delete, [app], [])
    refused("another secret key in a query", ClientRequestException, 403, "ROMA.00000104",
            wrong.job, job)


def roma_of_the_older_revision(base):
    print("roma 2022-12: the SDK of the newer revision cannot talk to it")
    refused("a signed request", ClientRequestException, 403, "ROMA.00000104",
            Instance(base, "interop-roma", "an-instance").delete, ["an-app"], [])


def curl(base, project, *options):
    """The exit code of curl and what it has read, of a query in the project."""
    command = [
        "curl", "-sS", "--max-time", "10", "-X", "POST", *options,
        f"{base}/v1/{project}/digital-assets/summarys",
        "-H", "X-Auth-Token: assetproof-token", "-H", "Content-Type: application/json",
        "-d", '{"asset_ids": ["an-asset"]}',
    ]
    ended = subprocess.run(command, capture_output=True)
    return ended.returncode, ended.stdout.decode(errors="replace")


def faults(base):
    print("faults, as the SDK and curl see them")

    def ask(project):
        return Library(base, project).summary("an-asset")

    refused("status", ServerResponseException, 503, "MSS.00000004", ask, "status")
    refused("throttle", ClientRequestException, 429, "MSS.00000004", ask, "throttle")
    head = curl(base, "throttle", "-i")[1].lower()
    if "retry-after: 7" not in head:
        raise Unexpected(f"a throttled answer says nothing of when to come again: {head}")
    for project in ["reset", "empty", "truncated", "garbage"]:
        try:
            answered = ask(project)
        except (ClientRequestException, ServerResponseException) as error:
            raise Unexpected(f"{project} is an answer: {error}") from error
        except Exception as error:  # Which one it is, is the SDK's business.
            print(f"  {project}: {type(error).__name__}")
        else:
            raise Unexpected(f"{project} was answered: {answered}")
    # 52 nothing came, 56 the connection was reset, 18 a part came, 1 it is no HTTP of today.
    for project, codes in [("reset", [56]), ("empty", [52]), ("truncated", [18]), ("garbage", [1])]:
        ended = curl(base, project)[0]
        if ended not in codes:
            raise Unexpected(f"curl ended with {ended} after {project}, not with one of {codes}")
        print(f"  {project}: curl exit {ended}")
    head = curl(base, "content_type", "-i")[1].lower()
    if "content-type: text/html" not in head:
        raise Unexpected(f"the content type is another one: {head}")
    print("  content_type: text/html")
    started = time.monotonic()
    ask("latency")
    if time.monotonic() - started < 0.2:
        raise Unexpected("the answer was not late")
    print("  latency: late")
    library = Library(base, "items")
    good, bad = library.asset(), library.asset(asset_id="struck")
    results = library.act("DELETE", good, bad)
    expect("the results", {one: result[0] for one, result in results.items()},
           {good: "SUCCESS", bad: "FAILED"})
    print("  items: SUCCESS and FAILED")
    instance = Instance(base, "jobs", "an-instance")
    job = instance.delete([instance.make("application")["app_id"]], [])
    for _ in range(10):
        found = instance.job(job)
        if found.status != "RUNNING":
            break
    expect("the job", (found.status, found.progress_percent), ("FAILED", 0.6))
    print("  jobs: FAILED at 60 %")


def main():
    base, older, misbehaving = (sys.argv[1:] + [None, None])[:3]
    try:
        metastudio(base)
        roma(base)
        if older:
            roma_of_the_older_revision(older)
        if misbehaving:
            faults(misbehaving)
    except Unexpected as unexpected:
        sys.exit(f"not as documented: {unexpected}")
    except (ClientRequestException, ServerResponseException) as error:
        sys.exit(f"refused: {error}")


main()
