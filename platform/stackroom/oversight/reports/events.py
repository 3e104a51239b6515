from stackroom.audit.events import declare

RUN, SAMPLE = "control_run", "control_sample"

ASKED = declare("control.asked", RUN, "asked for the control report {subject}, {span}")
FINISHED = declare(
    "control.finished", RUN, "finished the control report {subject}: {findings:finding|findings}"
)
FAILED = declare("control.failed", RUN, "could not finish the control report {subject}: {why}")
TAKEN = declare("control.taken", RUN, "took the control report {subject} as {format}")
NOTED = declare("control.noted", RUN, "wrote a note on the control report {subject}")
SAMPLE_NOTED = declare("sample.noted", SAMPLE, "wrote a note on {subject}")
SIGNED = declare("control.signed_off", RUN, "signed off the control report {subject}: {conclusion}")
DRAWN = declare("sample.drawn", SAMPLE, "drew {subject} by the seed {seed}: {size} of {population}")
EVIDENCE = declare("sample.taken", SAMPLE, "took the evidence of {subject}")
