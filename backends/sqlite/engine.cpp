#include "engine.hpp"

#include "error.hpp"
#include "failure.hpp"
#include "opening_turn.hpp"

#include <sqlite3.h>

#include <chrono>
#include <cstdlib>
#include <thread>
#include <utility>

namespace databased::sqlite {

namespace {

constexpr std::chrono::milliseconds pause_between_openings{2};
// Who reads may be late by as much when the file was replaced; who commits is not.
constexpr std::chrono::milliseconds pause_between_looks{10};

}  // namespace

Engine::Engine(const SqliteOptions& options, Access access, std::shared_ptr<QuickReads> quick_reads,
               std::shared_ptr<NewsHub> memory_news, Watcher& watcher)
    : handle_(options, access),
      interrupts_(handle_, watcher),
      turn_(watcher),
      state_(handle_),
      runner_(handle_, interrupts_, turn_, state_, news_, std::move(quick_reads)),
      groups_(handle_, interrupts_, turn_, runner_, news_),
      commands_(handle_, interrupts_, turn_, news_, runner_),
      memory_news_(std::move(memory_news)) {}

Engine::~Engine() { close(); }

/// Setting the journal mode, and recovering what another process has left, need locks for which SQLite does not wait
/// itself.
std::exception_ptr Engine::open() {
    const SqliteOptions& options = handle_.options();
    const auto give_up = std::chrono::steady_clock::now() + options.busy_timeout;
    while (true) {
        {
            const OpeningTurn turn{options.path};
            auto error = handle_.open();
            if (!error) {
                interrupts_.install();
                error = handle_.configure();
            }
            if (!error) error = install_news();
            if (!error) {
                interrupts_.wait_for_locks();
                runner_.open();
                const bool takes_turns = !handle_.only_reads() && !options.in_memory();
                if (takes_turns) turn_.use(WriterQueue::of_file(options.path));
                return {};
            }
            handle_.close();
            const bool is_late = std::chrono::steady_clock::now() >= give_up;
            if (!handle_.found_busy() || interrupts_.watcher().is_ending() || is_late) return error;
        }
        std::this_thread::sleep_for(pause_between_openings);
    }
}

void Engine::close() noexcept {
    if (handle_.get() == nullptr) return;
    const OpeningTurn turn{handle_.options().path};
    commands_.close_cursors();
    runner_.close();
    handle_.close();
    is_in_transaction_.store(false, std::memory_order_relaxed);
    turn_.leave();
}

/// A hook's PRAGMA busy_timeout takes SQLite's own handler, which would hear of no stop, instead of ours. It may make
/// temporary objects also where only reading is allowed from now on.
void Engine::keep() {
    if (handle_.get() == nullptr) return;
    const int timeout = std::atoi(handle_.ask("PRAGMA busy_timeout").value_or("0").c_str());
    if (timeout != 0) interrupts_.take_busy_timeout(std::chrono::milliseconds{timeout});
    if (handle_.only_reads()) handle_.execute("PRAGMA query_only = on");
    state_.keep();
}

void Engine::reset() {
    if (handle_.get() != nullptr && handle_.options().in_memory()) {
        runner_.close();
        const bool is_done = state_.reset();
        runner_.open();
        if (is_done) return;
    }
    close();
    is_lost_ = true;
}

// Requests

void Engine::run(Job& job) {
    if (has_lost_file(job)) return;
    interrupts_.begin(job);
    auto refusal = refusal_to_begin(interrupts_, job);
    job.outcome.error = refusal ? std::move(refusal) : commands_.run(job);
    interrupts_.end();
    note_transaction();
    const bool is_open = handle_.in_transaction();
    job.outcome.transaction = is_open ? backend::Transaction::open : backend::Transaction::none;
    if (interrupts_.has_met_moved_file()) is_lost_ = true;
    if (is_open) return;
    commands_.close_cursors();
    handle_.forget_changes();
    news_.publish();
    turn_.leave();
}

void Engine::note_transaction() noexcept {
    const bool is_open = handle_.in_transaction();
    if (is_in_transaction_.load(std::memory_order_relaxed) != is_open)
        is_in_transaction_.store(is_open, std::memory_order_relaxed);
}

/// What takes longer than it did before begins anew on the worker.
bool Engine::run_at_once(Job& job) {
    if (handle_.get() == nullptr || !commands_.is_immediate(job) || !job.begin()) return false;
    const bool was_in_transaction = handle_.in_transaction();
    interrupts_.allow_a_moment();
    run(job);
    interrupts_.end();
    if (!interrupts_.took_longer()) return true;
    if (!was_in_transaction && handle_.in_transaction()) handle_.execute("ROLLBACK");  // of what has read at most
    note_transaction();
    if (job.statement() != nullptr) runner_.forget_immediate(job);
    job.start_over();
    return false;
}

std::exception_ptr Engine::install_news() {
    const int code =
        news_.install(handle_.get(), memory_news_ != nullptr ? memory_news_ : NewsHub::of_file(handle_.options().path));
    return code == SQLITE_OK ? std::exception_ptr{} : as_exception(details_of(handle_.get(), code, {}));
}

bool Engine::begin_reads(Job& first) { return !has_lost_file(first) && groups_.begin_reads(); }

bool Engine::run_changes(std::span<Job* const> jobs) {
    const bool is_done = groups_.run_changes(jobs);
    if (interrupts_.has_met_moved_file()) is_lost_ = true;
    return is_done;
}

/// Whether another file is there now than that which was opened; then `job` has failed by it. Who is inside a
/// transaction ends it first. Looked for now and then only, and at each commit.
bool Engine::has_lost_file(Job& job) {
    if (handle_.in_transaction()) return false;
    const auto now = detail::Clock::now();
    if (!is_lost_ && now < looks_for_file_at_) return false;
    looks_for_file_at_ = now + pause_between_looks;
    if (!is_lost_ && !handle_.has_moved()) return false;
    is_lost_ = true;
    job.outcome.error = moved_file(handle_);
    job.outcome.delivery = backend::Delivery::not_sent;
    return true;
}

}  // namespace databased::sqlite
