/*
 * What honest trustees owe the log, and why nobody can let them owe for long (claim C5).
 *
 * Four trustees, q = 3. Trustees 0, 1 and 2 are honest; the fourth stays silent, so that the log
 * publishes a tree only with the cosignatures of all three. Each owes an entry from the
 * transaction of its act until its own view shows it. A debt becomes *old* after a minute, by any
 * trustee's clock and at any moment. With -DCENSOR the log takes only what it likes; without, it
 * takes everything, and publishes whenever it gets three cosignatures.
 *
 * Claims
 *   little      a trustee gives nothing more while it has an old debt
 *   vouched     who has cosigned a tree has no old debt that this tree does not hold
 *   paid        under a log that takes everything, all debts are paid in the end (weak fairness),
 *               also if all three are in debt at once, as after a failure of power
 *
 * Rules (-DNO_RULE_... leaves one out)
 *   OWES_THE_LOG    standing.verify: who has an old debt does not release
 *   OWES_NO_COSIGN  witnessing.add_checkpoint: nor cosign
 *   SETTLES         witnessing._settles: but for a tree that holds all that it owes
 *   SENT_AGAIN      outbox._AGAIN_SECONDS: what the log took and does not show is sent again
 */
#define EACH(p) (p(0) && p(1) && p(2))

byte acts[3];        /* what a trustee has still to do: one release, and another */
bool owed[3];
bool old[3];
bool taken[3];       /* the log has it, and will put it into its next tree */
bool sent[3];
bool offered[3];     /* the tree that is offered for cosigning holds it */
bool offering;
bool cosigned[3];
bool lost;           /* the log has lost one entry that it took: once */

/* Ghosts. */
bool begun, too_much, false_word;

#ifdef NO_RULE_OWES_THE_LOG
#define MAY_RELEASE(i) true
#else
#define MAY_RELEASE(i) !old[i]
#endif
#ifdef NO_RULE_SETTLES
#define SETTLES(i) false
#else
#define SETTLES(i) offered[i]
#endif
#ifdef NO_RULE_OWES_NO_COSIGN
#define MAY_COSIGN(i) true
#else
#define MAY_COSIGN(i) (!old[i] || SETTLES(i))
#endif

/* A second act while one entry is owed adds to the same debt: its age is that of the eldest. */
proctype Acts(byte i)
{
	do
	:: atomic { acts[i] > 0 && MAY_RELEASE(i) ->
		acts[i]--; owed[i] = true; sent[i] = false; taken[i] = false;
		too_much = too_much || old[i] }
	:: atomic { owed[i] && !old[i] -> old[i] = true }
	:: acts[i] == 0 && !owed[i] -> break
	od
}

proctype Outbox(byte i)
{
	do
	:: atomic { owed[i] && !sent[i] -> sent[i] = true;
		if
		:: taken[i] = true
#ifdef CENSOR
		:: true                                 /* refused, or said to be taken */
#else
		:: !lost -> lost = true                 /* taken, and lost before it was published */
#endif
		fi }
#ifndef NO_RULE_SENT_AGAIN
	:: atomic { owed[i] && sent[i] && !taken[i] -> sent[i] = false }
#endif
	od
}

proctype Witness(byte i)
{
	do
	:: atomic { offering && !cosigned[i] && MAY_COSIGN(i) ->
		cosigned[i] = true; false_word = false_word || (old[i] && !offered[i]) }
	od
}

#define PAY(i) if :: offered[i] -> owed[i] = false; old[i] = false; taken[i] = false :: else fi; cosigned[i] = false

proctype Log()
{
	do
	:: atomic { !offering && (taken[0] || taken[1] || taken[2]) ->
		offering = true; offered[0] = taken[0]; offered[1] = taken[1]; offered[2] = taken[2] }
	/* A tree that nobody has published may still grow. */
	:: atomic { offering && ((taken[0] && !offered[0]) || (taken[1] && !offered[1]) || (taken[2] && !offered[2])) ->
		offered[0] = taken[0]; offered[1] = taken[1]; offered[2] = taken[2];
		cosigned[0] = false; cosigned[1] = false; cosigned[2] = false }
	:: atomic { offering && cosigned[0] && cosigned[1] && cosigned[2] ->
		PAY(0); PAY(1); PAY(2); offering = false;
		offered[0] = false; offered[1] = false; offered[2] = false }
	od
}

init {
	atomic {
		begun = true; acts[0] = 1; acts[1] = 1; acts[2] = 1;
#ifdef CENSOR
		acts[0] = 2;
#endif
		run Acts(0); run Acts(1); run Acts(2);
		run Outbox(0); run Outbox(1); run Outbox(2);
		run Witness(0); run Witness(1); run Witness(2); run Log()
	}
}

#define DONE(i) (acts[i] == 0 && !owed[i])

ltl little { [] !too_much }
ltl vouched { [] !false_word }
ltl safe { [] !(too_much || false_word) }
ltl paid { [] (begun -> <> EACH(DONE)) }
