/*
 * Which circle counts: changes of members and keys, under a dishonest trustee (claims C3, C4).
 *
 * The reader and the trustees have pinned the first circle, of N trustees, of which K - 1 are
 * dishonest. Four circles want to follow it, all with one number: 1 to 3 each honest trustee may
 * sign, but a member that 3 names does not; 4 the dishonest have forged with the log's operator.
 * What is signed is put on the log by anybody, in any order, and ages in ticks. An honest trustee reads the log as late as the operator likes. The dishonest show
 * the reader whatever has the signatures.
 *
 * Claims
 *   forged      no circle counts, for an honest trustee or the reader, that no honest trustee has signed
 *   named       none counts that its own members have not all agreed to
 *   announced   none counts before it has stood on the log for DELAY ticks, for all to see
 *   one         no two honest trustees, and no reader, go by different circles of one number
 *
 * Rules (-DNO_RULE_... leaves one out)
 *   PINNED         chain.py, Pins: a reader begins with a circle that it knows from elsewhere
 *   CIRCLE_SIGNATURES chain.py, extend: k trustees of the circle before have signed
 *   ALL_MEMBERS    circle.py, verify_circle: so have all trustees of the circle itself
 *   ON_THE_LOG     circles.py, grow: a trustee takes a circle from the log, and from nobody else
 *   CIRCLE_DELAY   chain.py, in_force: it takes effect `circle_seconds` after it was first seen there
 *   CIRCLE_ORDER   chain.py, extend: the first of one number on the log is the one that follows
 *   SHOWN_BY_K     successors.py, in_force: the reader goes by what k trustees show
 */
#define N 4
#define K 2
#define HONEST (N - K + 1)
#define DELAY 2
#define OLD 3
#define UNWILLING 3
#define FORGED 4

byte signers[5];      /* by honest trustees of the first circle */
bool agreed[5];       /* all that it names have signed it */
byte age[5];          /* on the log, in ticks, plus one; 0: it does not stand there */
byte first;           /* of them, the one that stands there first */
byte saw[HONEST];     /* which circle each honest trustee has taken from the log */
byte since[HONEST];   /* and for how long, in ticks, plus one */
byte goes_by[HONEST]; /* the circle in force for each; 0: the first */
byte reader;          /* the circle that the reader goes by; 0: the first */

#ifdef NO_RULE_CIRCLE_SIGNATURES
#define FOLLOWS(c) true
#else
#define FOLLOWS(c) (signers[c] + K - 1 >= K)
#endif
#ifdef NO_RULE_ALL_MEMBERS
#define WHOLE(c) true
#else
#define WHOLE(c) agreed[c]
#endif
#define VALID(c) (FOLLOWS(c) && WHOLE(c))
#ifdef NO_RULE_CIRCLE_ORDER
#define IN_ORDER(c) true
#else
#define IN_ORDER(c) (first == c)
#endif
#ifdef NO_RULE_ON_THE_LOG
#define THERE(c) true
#else
#define THERE(c) (age[c] > 0 && IN_ORDER(c))
#endif
#ifdef NO_RULE_CIRCLE_DELAY
#define IN_TIME(i) true
#else
#define IN_TIME(i) (since[i] > DELAY)
#endif
/* The dishonest show everything. */
#define SHOWN(c) (K - 1 + (goes_by[0] == c) + (goes_by[1] == c) + (goes_by[2] == c))
#ifdef NO_RULE_SHOWN_BY_K
#define BELIEVED(c) (SHOWN(c) > 0)
#else
#define BELIEVED(c) (SHOWN(c) >= K)
#endif
#ifdef NO_RULE_PINNED
#define OF_THE_PIN(c) true
#else
#define OF_THE_PIN(c) (VALID(c) && BELIEVED(c))
#endif

proctype World()
{
	byte c;
	do
	/* What each honest trustee signs is its own affair: one may sign both, as after a mistake. */
	:: atomic { signers[1] < HONEST -> signers[1]++ }
	:: atomic { signers[2] < HONEST -> signers[2]++ }
	:: atomic { signers[UNWILLING] < HONEST -> signers[UNWILLING]++ }
	:: atomic { !agreed[1] -> agreed[1] = true }
	:: atomic { !agreed[2] -> agreed[2] = true }
	:: atomic { !agreed[FORGED] -> agreed[FORGED] = true }
	:: atomic { select (c : 1 .. FORGED); if
		:: VALID(c) && age[c] == 0 -> age[c] = 1; if :: first == 0 -> first = c :: else fi
		:: else
		fi; c = 0 }
	/* A tick. */
	:: atomic {
		for (c : 1 .. FORGED) { age[c] = (age[c] > 0 && age[c] < OLD -> age[c] + 1 : age[c]) }
		for (c : 0 .. HONEST - 1) { since[c] = (since[c] > 0 && since[c] < OLD -> since[c] + 1 : since[c]) }
		c = 0 }
	od
}

proctype Trustee(byte i)
{
	byte c;
	do
	:: atomic { saw[i] == 0 -> select (c : 1 .. FORGED); if
		:: VALID(c) && THERE(c) -> saw[i] = c; since[i] = 1
		:: else
		fi; c = 0 }
	:: atomic { saw[i] != 0 && goes_by[i] == 0 && IN_TIME(i) -> goes_by[i] = saw[i] }
	od
}

proctype Reader()
{
	do
	:: atomic { reader == 0 && OF_THE_PIN(1) -> reader = 1 }
	:: atomic { reader == 0 && OF_THE_PIN(2) -> reader = 2 }
	:: atomic { reader == 0 && OF_THE_PIN(UNWILLING) -> reader = UNWILLING }
	:: atomic { reader == 0 && OF_THE_PIN(FORGED) -> reader = FORGED }
	od
}

init {
	byte i;
	atomic {
		for (i : 0 .. HONEST - 1) { run Trustee(i) }
		run Reader()
	}
	run World()
}

#define COUNTS(c) (reader == c || goes_by[0] == c || goes_by[1] == c || goes_by[2] == c)
#define MADE_UP(c) (COUNTS(c) && signers[c] == 0)
#define EARLY(c) (COUNTS(c) && age[c] <= DELAY)
#define APART(a, b) (a != 0 && b != 0 && a != b)
#define ANY_MADE_UP (MADE_UP(1) || MADE_UP(2) || MADE_UP(UNWILLING) || MADE_UP(FORGED))
#define ANY_EARLY (EARLY(1) || EARLY(2) || EARLY(UNWILLING) || EARLY(FORGED))
#define ANY_APART (APART(goes_by[0], goes_by[1]) || APART(goes_by[1], goes_by[2]) || APART(goes_by[0], goes_by[2]) || \
	APART(reader, goes_by[0]) || APART(reader, goes_by[1]) || APART(reader, goes_by[2]))

ltl forged { [] !ANY_MADE_UP }
ltl named { [] !COUNTS(UNWILLING) }
ltl announced { [] !ANY_EARLY }
ltl one { [] !ANY_APART }
ltl safe { [] !(ANY_MADE_UP || COUNTS(UNWILLING) || ANY_EARLY || ANY_APART) }
