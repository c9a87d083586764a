"""What the configurations of several parties have in common."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, ClassVar, Literal
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from habeas.configuration.secret import Secret

#: Of this machine, for clients that would ask it through a proxy.
_HERE = ("localhost", "127.0.0.1", "::1")
#: A password within a libpq connection string: as a URI, or as ``keyword=value`` pairs.
_PASSWORD = re.compile(
    r"^\w+://[^/@?#]*:[^/@?#]+@|(^|[?&\s])(password|sslpassword)\s*=", re.IGNORECASE
)


def _whole(path: Path) -> Path:
    if not path.is_absolute():
        raise PydanticCustomError("path", "this is no whole path; it would depend on where you are")
    return path


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.scheme not in {"http", "https"} or "@" in parts.netloc:
        raise PydanticCustomError("address", "this is no address beginning with https://")
    if parts.query or parts.fragment:
        raise PydanticCustomError("address", "an address has no ? and no #")
    return text.rstrip("/")


def _host(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", text):
        raise PydanticCustomError("host", "this is no name of a machine, and no IP address")
    return text


def _proxy(text: str) -> str:
    if text != "*":
        try:
            ipaddress.ip_address(text)
        except ValueError as error:
            raise PydanticCustomError("proxy", "this is no IP address, and not *") from error
    return text


def _direct(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        return _host(text.removeprefix("*.").removeprefix("."))


def _without_password(text: str) -> str:
    if _PASSWORD.search(text):
        raise PydanticCustomError(
            "secret_inline", "a password stands in the file itself, where it must not"
        )
    return text


def _bucket(text: str) -> str:
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w!.*'()/-]*)?", text):
        raise PydanticCustomError("bucket", "this is no place of the form s3://BUCKET/PREFIX")
    return text


#: A path from the root, so that it means the same wherever a command is given.
WholePath = Annotated[Path, AfterValidator(_whole)]
Address = Annotated[str, AfterValidator(_address)]
Host = Annotated[str, AfterValidator(_host)]
Port = Annotated[int, Field(ge=1, le=65535)]
Proxy = Annotated[str, AfterValidator(_proxy)]
Direct = Annotated[str, AfterValidator(_direct)]


class Section(BaseModel):
    """A table of a configuration: closed, so that a word that is spelt wrong is found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: One line for the reference.
    about: ClassVar[str] = ""


class Listen(Section):
    """Where a service listens."""

    about: ClassVar[str] = (
        "Where it listens. TLS is spoken by the server in front, and between the two by this "
        "service, where it has a certificate; it needs one where the two are on two machines."
    )

    host: Host = Field("127.0.0.1", description="Address to listen on.")
    port: Port = Field(8000, description="Port to listen on.")
    certificate: WholePath | None = Field(
        None, description="Certificate (PEM) of this service's own; with it, TLS is spoken here."
    )
    certificate_key: WholePath | None = Field(None, description="The certificate's key (PEM).")

    def pair(self) -> dict[str, str | None]:
        """Certificate and key as options of a command; None where there are none."""
        named = {"certificate": self.certificate, "certificate_key": self.certificate_key}
        return {name: None if file is None else str(file) for name, file in named.items()}


class Database(Section):
    """Tables in PostgreSQL."""

    about: ClassVar[str] = "Tables in PostgreSQL. Without this table they are a file in `data`."

    url: Annotated[str, AfterValidator(_without_password)] = Field(
        description="libpq's connection string (a URI or pairs) with all its options, and without "
        "a password."
    )
    password: Secret | None = Field(
        None, description="The password, where the server asks for one."
    )

    def connection(self) -> str:
        """The whole connection string, the password in it: for libpq, and for nobody else.

        Raises:
            SecretError: the password is not where it should be.
        """
        if self.password is None:
            return self.url
        from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - an optional package

        return make_conninfo(self.url, password=self.password.read())


class Objects(Section):
    """An object store that speaks S3."""

    about: ClassVar[str] = (
        "Files in an object store (S3 and what speaks like it). Without this table they lie in "
        "`data`."
    )

    url: Annotated[str, AfterValidator(_bucket)] = Field(description="s3://BUCKET/PREFIX.")
    endpoint: Address | None = Field(
        None, description="The store's address; by default that of its region."
    )
    region: str | None = Field(None, description="The store's region.")
    access_key_id: str | None = Field(
        None, description="Who asks. Without one, the machine's own role."
    )
    secret_access_key: Secret | None = Field(None, description="The key that belongs to that name.")

    def environment(self) -> dict[str, str]:
        """The same as obstore and other clients of S3 read it from their environment.

        Raises:
            SecretError: the key is not where it should be.
        """
        said = {
            "AWS_ENDPOINT": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key and self.secret_access_key.read(),
        }
        return {name: value for name, value in said.items() if value}


class RecordingObjects(Objects):
    """Packed hours of recordings in an object store."""

    about: ClassVar[str] = (
        "Where closed hours of recordings lie, each as one object (S3 and what speaks like it). "
        "Without this table they are files. What is not said here is as in the environment."
    )


class Token(Section):
    """How a party writes to the log."""

    about: ClassVar[str] = "How it writes to the log."

    token: Secret | None = Field(
        None,
        description="Bearer token, where the log asks for one; by default the file `log-token` in "
        "`data`.",
    )


class Logging(Section):
    """What a service says of itself."""

    about: ClassVar[str] = "What it says on its standard error, for the journal. Never of people."

    format: Literal["json", "text"] = Field(
        "json", description="One JSON object a line, or plain words."
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="What is said: this and what is graver."
    )


class ForwardProxy(Section):
    """The server through which others are asked."""

    about: ClassVar[str] = (
        "A forward proxy, where this machine reaches others through one alone. It carries TLS and "
        "reads nothing of it, but sees who is asked, and when. Without this table, what "
        "`HTTPS_PROXY` and `NO_PROXY` of the environment say counts."
    )

    url: Address = Field(description="Its address: http://HOST:PORT or https://HOST:PORT.")
    direct: tuple[Direct, ...] = Field(
        (),
        description="Who is asked without it: host names, each with all below it, addresses, and "
        "networks (10.0.0.0/8). This machine itself always is.",
    )
    user: str | None = Field(None, description="By which name it knows this party.")
    password: Secret | None = Field(None, description="The password that belongs to that name.")

    def environment(self) -> dict[str, str]:
        """The same as every client reads it from its environment.

        Raises:
            SecretError: the password is not where it should be.
        """
        url = self.url
        if self.user is not None:
            word = self.password.read() if self.password else ""
            scheme, _, rest = url.partition("://")
            url = f"{scheme}://{quote(self.user, safe='')}:{quote(word, safe='')}@{rest}"
        direct = ",".join((*self.direct, *_HERE))
        return {"HTTPS_PROXY": url, "https_proxy": url, "NO_PROXY": direct, "no_proxy": direct}


class PartyConfiguration(Section):
    """The whole file of one party."""

    #: What stands in its `party`.
    who: ClassVar[str]

    data: WholePath = Field(description="The party's folder, which `init` or `setup` makes.")
    authorities: WholePath | None = Field(
        None,
        description="Certificates (PEM) of the authorities that count for every address it calls; "
        "by default the system's. For a city with an authority of its own. PostgreSQL is then "
        "asked by sslmode=verify-full, unless its address says another.",
    )
    proxy: ForwardProxy | None = Field(None, description="See below.")

    def environment(self) -> dict[str, str]:
        """Variables by which this process's clients find whom to trust, and through whom to ask.

        Raises:
            SecretError: the proxy's password is not where it should be.
        """
        said = {} if self.proxy is None else self.proxy.environment()
        if self.authorities is not None:
            # OpenSSL's own name, and libpq's defaults where its address says nothing: by itself it
            # would compare no certificate (libpq, section "SSL Support").
            said["SSL_CERT_FILE"] = said["PGSSLROOTCERT"] = str(self.authorities)
            said["PGSSLMODE"] = "verify-full"
        return said
