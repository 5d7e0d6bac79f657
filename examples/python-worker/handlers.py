"""Your jobs: a name, and a function that takes the job and returns its output (a dict, or None)."""
import hashlib


def digest_file(job):
    """files.metadata: size and SHA-256 of the uploaded file, streamed, written back through the job's data plane."""
    path = f"/worker/processing_jobs/{job.payload['processing_job_id']}"
    processing = job.api("GET", path)
    file = processing["file_object"]
    if file is None:
        raise job.failed("the file of this job is gone", code="no_file_object", retry=False)
    if processing["status"] == "pending":  # an earlier attempt may have said so already
        job.api("PATCH", path, {"status": "processing"})
    digest, size = hashlib.sha256(), 0
    with job.download(f"/worker/files/{file['id']}/download") as body:
        while chunk := body.read(65536):
            if job.stopped.is_set():
                raise job.released("nobody wants the result any more")
            digest.update(chunk)
            size += len(chunk)
            job.percent = 100 * size // max(size, file["file_size"])
    result = {"sha256": digest.hexdigest(), "byte_size": size}
    job.api("PATCH", f"/worker/files/{file['id']}", {"metadata": result})
    job.api("PATCH", path, {"status": "completed", "result_data": result})
    return result


HANDLERS = {"files.metadata": digest_file}
