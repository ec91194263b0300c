-- The recording of an attempt's call: where its file is, and where it is with itself.
ALTER TABLE attempts ADD COLUMN recording_path TEXT;
ALTER TABLE attempts ADD COLUMN recording_server TEXT;
ALTER TABLE attempts ADD COLUMN recording_state TEXT CHECK (recording_state IN
    ('starting', 'recording', 'pausing', 'paused', 'resuming', 'failed', 'stored'));
ALTER TABLE attempts ADD COLUMN recording_since_at BIGINT;
ALTER TABLE attempts ADD COLUMN recording_paused_by BIGINT;
