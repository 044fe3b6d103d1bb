"""Pages of videos: profiles, a video's own page, uploading, the studio, and the files that players ask for."""
