// When SQLite is to end what it does, or to wait on. Used by whoever runs the connection's statements.
#pragma once

#include "handle.hpp"
#include "job.hpp"

#include <chrono>
#include <span>

namespace databased::sqlite {

/// Told while something takes long: a chance to hand out what is finished.
class Watcher {
  public:
    virtual void on_progress() noexcept = 0;
    virtual bool is_ending() const noexcept = 0;

  protected:
    ~Watcher() = default;
};

/// SQLite looks up between two steps of its virtual machine, also between the commit of a statement and the answer that
/// it is done. So a commit disarms what would interrupt: what was committed has succeeded.
class Interrupts {
  public:
    Interrupts(const Handle& handle, Watcher& watcher) : handle_(handle), watcher_(watcher) {}
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;

    /// Of the handle, which has just been opened. Whoever opens a file waits without it: see wait_for_locks().
    void install();
    void wait_for_locks() noexcept { waits_for_locks_ = true; }
    void take_busy_timeout(std::chrono::milliseconds timeout) noexcept;
    std::chrono::milliseconds busy_timeout() const noexcept { return busy_timeout_; }

    Watcher& watcher() const noexcept { return watcher_; }
    /// `job` runs now, and those in `ran` wait to be committed with it.
    void begin(const Job& job, std::span<Job* const> ran = {}) noexcept;
    void end() noexcept;
    /// A statement begins that is not interrupted once it has committed.
    void arm() noexcept { is_armed_ = is_in_statement_ = true; }
    /// It has ended; BEGIN and its kin are not interrupted for taking long: they may be done then.
    void end_statement() noexcept { is_in_statement_ = false; }
    /// Until end(): what waits for a lock, and a statement that takes more than a moment, is interrupted, as it holds
    /// up the loop.
    void allow_a_moment() noexcept {
        is_momentary_ = true;
        took_longer_ = false;
    }
    bool is_momentary() const noexcept { return is_momentary_; }
    /// Whether that has happened since begin().
    bool took_longer() const noexcept { return took_longer_; }
    /// The file is not there any more where its path says: a commit was given up, or SQLite has refused a write.
    bool has_met_moved_file() const noexcept { return has_met_moved_file_; }
    void meet_moved_file() noexcept { has_met_moved_file_ = true; }

  private:
    static int on_progress(void* self) noexcept;
    static int on_busy(void* self, int count) noexcept;
    static int on_commit(void* self) noexcept;

    const Handle& handle_;
    Watcher& watcher_;
    std::chrono::milliseconds busy_timeout_{};
    const Job* current_ = nullptr;
    std::span<Job* const> ran_;
    bool is_armed_ = true;
    bool is_in_statement_ = false;
    bool is_momentary_ = false;
    bool took_longer_ = false;
    bool waits_for_locks_ = false;
    bool has_met_moved_file_ = false;
    std::chrono::steady_clock::time_point busy_since_{};
};

}  // namespace databased::sqlite
