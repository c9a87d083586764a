"""The use cases of custody: seal, request an opening, withdraw, expire, audit.

    custody = Custody(ledger=..., index=..., blobs=..., log=..., circle=..., portal="https://...")
    receipt = custody.seal(photo, order, complete=save_application)   # Receipt
    opening = custody.request(seal_id, Ask(office, officer, purpose, reason, one_time_key))
    ciphertext = custody.ciphertext(seal_id)
    withdrawal = custody.withdraw(receipt)                            # each trustee's statement
    history = custody.history(receipt)                                # every act on the photo

`complete(seal_id)` is called inside the ledger's transaction that makes the photo
acknowledged: what it writes (the application, with an encrypted pointer that holds
nothing but the seal id) exists exactly when the sealed photo does.

A request by an office that was not promised, or for an unpromised purpose, is passed to
the trustees like any other: they refuse it, and log the refusal. What cannot even be
asked (a purpose outside the vocabulary, several photos at once) is refused by
`custody.refuse(...)`, which logs it too. All refusals are `RefusedError` (cause, remedy,
code, log index).
"""
