/** Types only for now. */
