"""What `foyer doctor` asks the services outside that checks rest on."""

from collections.abc import Iterator

from service.cli.grades import Finding, Grade
from service.db.store import Store
from service.domain.outside import AKISMET, OUTSIDE_NAMES, TROUBLES
from service.operations.outside.secrets import secret_of
from service.operations.sites import SiteView, all_sites
from service.privacy.keyring import Keyring, KeysError
from service.settings import Settings


def outside_findings(settings: Settings, store: Store) -> Iterator[Finding]:
    """One finding for each check of a site that asks outside; none without such."""
    try:
        keyring = Keyring.load(settings.keys_path)
    except KeysError:
        return  # said above
    for site in store.read(all_sites):
        for check in OUTSIDE_NAMES:
            if site.policy.check_mode(check) != "off":
                trouble = _trouble(settings, store, keyring, site, check)
                yield _finding(site, check, trouble)


def _trouble(
    settings: Settings, store: Store, keyring: Keyring, site: SiteView, check: str
) -> str:
    """What a question would run into; empty for nothing."""
    # Of all commands only this one needs the worker's code.
    from worker.outside import akismet  # noqa: PLC0415
    from worker.outside.client import NoAnswer, OutsideClient  # noqa: PLC0415

    client = OutsideClient(networks=settings.outside_networks)
    secret = store.read(lambda s: secret_of(s, keyring, site.id, check))
    if not secret:
        return "no-key"
    policy = site.policy
    url = policy.akismet_url if check == AKISMET else policy.custom_url
    if not url:
        return "no-url"
    blog = f"{policy.origins[0]}/" if policy.origins else ""
    try:
        if check == AKISMET:
            akismet.verify(client, url, secret, blog)
        else:
            # It is sent nothing: an answer to an invented comment proves little.
            client.check(url)
    except NoAnswer as err:
        return err.trouble
    return ""


def _finding(site: SiteView, check: str, trouble: str) -> Finding:
    about = f"check {check} of {site.key}"
    if not trouble:
        done = "takes the key" if check == AKISMET else "may be asked"
        return Grade.OK, f"{about}: the service {done}"
    mend = {
        "no-key": f"run: foyer check secret {site.key} {check}",
        "no-url": f"run: foyer site set {site.key} --{check}-url URL",
        "key": f"run: foyer check secret {site.key} {check}",
        "not-allowed": "the operator may allow its network by FOYER_OUTSIDE_NETWORKS",
        "plain": "use https, or name its network in FOYER_OUTSIDE_NETWORKS",
    }.get(trouble, "comments are held until it answers")
    return Grade.FAIL, f"{about}: the service {TROUBLES[trouble]}; {mend}"
