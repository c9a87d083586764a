"""W3C Data Privacy Vocabulary (DPV) 2.1: the record of processing of a service's photos.

JSON-LD 1.1, for registers of processing and other programs; a person reads the promise itself.
"""

from __future__ import annotations

from typing import Any

from habeas.portal.catalogue import offices
from habeas.portal.catalogue.declaration import PhotoRules, Service, Words
from habeas.protocol import Purpose

_CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
#: The nearest purpose of the vocabulary: what a city does with an application.
PURPOSES = {
    Purpose.DECIDE_APPLICATION: "dpv:ServiceProvision",
    Purpose.PRODUCE_DOCUMENT: "dpv:ServiceProvision",
    Purpose.APPEAL: "dpv:DisputeManagement",
    Purpose.APPLICANT_COPY: "dpv:RightsFulfilment",
}


def _texts(words: Words) -> list[dict[str, str]]:
    return [{"@value": text, "@language": name} for name, text in words.model_dump().items()]


def record(service: Service, rules: PhotoRules, portal: str) -> dict[str, Any]:
    """The record.

    Args:
        service: that the photo is asked for.
        rules: what is promised about it.
        portal: address of the portal, with a slash at its end.
    """
    declared = offices()
    return {
        "@context": _CONTEXT,
        "@id": f"{portal}api/services/{service.id}/processing",
        "@type": "dpv:Process",
        "dct:title": _texts(service.name),
        "dpv:hasDataSubject": {"@type": "dpv:Applicant"},
        "dpv:hasPersonalData": {"@type": "pd:Picture", "dct:description": "one photograph"},
        "dpv:hasLegalBasis": {"@type": "dpv:Consent"},
        "dpv:hasNecessity": {"@type": "dpv:Optional"},
        "dpv:hasPurpose": [
            {"@type": PURPOSES[each], "dct:identifier": each.value} for each in rules.purposes
        ],
        "dpv:hasProcessing": [
            {"@type": f"dpv:{act}"} for act in ("Collect", "Store", "Use", "Erase")
        ],
        "dpv:hasRecipient": [
            {"@type": "dpv:Recipient", "dct:identifier": each,
             "dpv:hasName": _texts(declared[each].name)}
            for each in rules.recipients
        ],
        "dpv:hasStorageCondition": {
            "@type": "dpv:StorageDuration",
            "dpv:hasDuration": {"@value": f"P{rules.keep_months}M", "@type": "xsd:duration"},
        },
        "dpv:hasFrequency": {
            "@type": "dpv:Frequency",
            "dct:description": f"at most {rules.openings_max} times, {rules.openings_a_day} a day",
        },
        "dpv:hasTechnicalMeasure": [
            {"@type": "dpv:EndToEndEncryption"}, {"@type": "dpv:ActivityMonitoring"},
        ],
        "dpv:hasNotice": {"@type": "dpv:PrivacyNotice", "@id": f"{portal}apply/{service.id}/"},
    }  # fmt: skip
