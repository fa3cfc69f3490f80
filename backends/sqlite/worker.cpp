#include "worker.hpp"

#include <utility>

namespace databased::sqlite {

namespace {

// So many finished jobs are given back before the rest of their batch: the loop's thread has something to do meanwhile.
constexpr std::size_t worth_a_signal = 32;

}  // namespace

Worker::Worker(EventLoop& loop, const SqliteOptions& options, Access access, std::shared_ptr<QuickReads> quick_reads,
               std::shared_ptr<NewsHub> memory_news)
    : loop_(loop),
      queue_(options.worker_spin),
      engine_(options, access, std::move(quick_reads), std::move(memory_news), *this),
      thread_([this] { run(); }) {}

Worker::~Worker() {
    queue_.end();
    thread_.join();
}

void Worker::run() noexcept {
    while (queue_.take(jobs_)) {
        serve();
        queue_.note_done(jobs_.size());
    }
    engine_.close();
}

void Worker::serve() {
    for (std::size_t next = 0; next < jobs_.size();) {
        next = serve_one(next);
    }
    give_back();
}

/// Runs the job at `first`, and those behind it that go together with it; gives the place behind them.
std::size_t Worker::serve_one(std::size_t first) {
    Nature nature = Nature::unknown;
    const std::size_t end = end_of_group(first, nature);
    if (end - first > 1) return nature == Nature::read ? serve_reads(first, end) : serve_changes(first, end);
    Job& job = *jobs_[first];
    if (job.begin()) serve_alone(job);
    finished_.push_back(&job);
    if (job.request().has(backend::Verb::fetch)) give_back();  // the rows of the next one come behind it
    return first + 1;
}

void Worker::serve_alone(Job& job) {
    switch (job.kind()) {
        case Job::Kind::open:
            job.outcome.error = engine_.open();
            return;
        case Job::Kind::keep:
            engine_.keep();
            ++job.outcome.done;
            return;
        case Job::Kind::request:
            engine_.run(job);
            return;
        case Job::Kind::reset:
            engine_.reset();
            ++job.outcome.done;
            return;
        case Job::Kind::close:
            engine_.close();
            return;
    }
}

/// Those that share what SQLite knows to be of one nature.
std::size_t Worker::end_of_group(std::size_t first, Nature& nature) {
    const auto may_share = [this](std::size_t place) {
        return place < jobs_.size() && jobs_[place]->kind() == Job::Kind::request && jobs_[place]->request().may_share;
    };
    std::size_t end = first + 1;
    if (!may_share(first) || !may_share(end)) return end;
    nature = engine_.nature_of(*jobs_[first]);
    if (nature == Nature::unknown) return end;
    const auto is_alike = [&](std::size_t place) {
        const bool is_same_text =
            jobs_[place]->statement()->shared_text() == jobs_[place - 1]->statement()->shared_text();
        return is_same_text || engine_.nature_of(*jobs_[place]) == nature;
    };
    while (may_share(end) && is_alike(end)) ++end;
    return end;
}

/// They were all asked for before any of them began: one transaction serves them all, and costs as much as one.
std::size_t Worker::serve_reads(std::size_t first, std::size_t end) {
    const bool together = engine_.begin_reads(*jobs_[first]);
    for (std::size_t i = first; i < end; ++i) {
        if (jobs_[i]->begin()) {
            if (together) {
                engine_.run_read(*jobs_[i]);
            } else {
                engine_.run(*jobs_[i]);
            }
        }
        finished_.push_back(jobs_[i]);
        if (finished_.size() >= worth_a_signal) give_back();
    }
    if (together) engine_.end_reads();
    return end;
}

/// Nobody is told before all is committed.
std::size_t Worker::serve_changes(std::size_t first, std::size_t end) {
    const bool together = engine_.run_changes(std::span{jobs_}.subspan(first, end - first));
    for (std::size_t i = first; i < end; ++i) {
        if (!together && jobs_[i]->begin()) {
            jobs_[i]->start_over();
            engine_.run(*jobs_[i]);
        }
        finished_.push_back(jobs_[i]);
        if (!together) give_back();
    }
    return end;
}

void Worker::give_back() noexcept {
    loop_.post(finished_);
    finished_.clear();
}

/// SQLite is busy with something that takes a while: what is finished need not wait for it.
void Worker::on_progress() noexcept { give_back(); }

}  // namespace databased::sqlite
