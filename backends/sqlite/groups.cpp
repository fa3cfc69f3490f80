#include "groups.hpp"

#include "failure.hpp"

#include <sqlite3.h>

namespace databased::sqlite {

void Groups::run(Job& job, bool may_tell, std::span<Job* const> ran) {
    job.outcome.error = refusal_to_begin(interrupts_, job);
    if (job.outcome.error) return;
    interrupts_.begin(job, ran);
    job.outcome.error = runner_.run(job, may_tell);
    if (!job.outcome.error) ++job.outcome.done;
    handle_.forget_changes();
    interrupts_.end();
}

void Groups::end_reads() noexcept {
    if (handle_.in_transaction()) handle_.execute("COMMIT");
}

bool Groups::run_changes(std::span<Job* const> jobs) {
    if (!turn_.wait(jobs.front()->request().turn_deadline, nullptr)) return false;
    const int begun = handle_.execute("BEGIN IMMEDIATE");
    bool is_done = false;
    if (begun == SQLITE_OK) {
        is_done = run_together(jobs) && commit(jobs);
    } else if ((begun & 0xff) == SQLITE_BUSY) {
        fail(jobs, begun);
        is_done = true;
    }
    if (handle_.in_transaction()) handle_.execute("ROLLBACK");
    news_.publish();
    turn_.leave();
    return is_done;
}

/// False if one of them has ended the transaction, or has left a deferred foreign key for COMMIT to fail on.
bool Groups::run_together(std::span<Job* const> jobs) {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (!jobs[i]->begin()) continue;
        run(*jobs[i], false, jobs.first(i));
        if (!handle_.in_transaction() || handle_.has_open_foreign_key()) return false;
    }
    return true;
}

bool Groups::commit(std::span<Job* const> jobs) {
    if (const int code = handle_.execute("COMMIT"); code != SQLITE_OK) fail(jobs, code);
    return true;
}

void Groups::fail(std::span<Job* const> jobs, int code) {
    for (Job* job : jobs) {
        if (!job->begin() || job->outcome.error) continue;
        job->outcome.error = failure(handle_, interrupts_, *job, code);
        job->outcome.done = 0;
    }
}

}  // namespace databased::sqlite
