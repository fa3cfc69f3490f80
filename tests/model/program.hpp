// A random program: units of work that end one way or the other, and what is told to it is kept in a ledger.
#pragma once

#include "model/ledger.hpp"
#include "model/traces.hpp"

#include <databased/databased.hpp>

#include <cstdint>
#include <exception>
#include <random>
#include <string>
#include <vector>

namespace model {

/// What may happen to programs from outside, or because they ask for it.
struct Faults {
    bool connections_are_lost = false;  ///< Any statement may end with ConnectionError or CommitUnknownError.
};

/// Works on the table ledger(id, owner, parent), whose parents there are none: on rows of its own only. The Database
/// and `control`, which is not part of what is tested, outlive it.
class Program {
  public:
    Program(databased::Database& database, databased::Database& control, std::uint32_t seed, int first_id,
            Faults faults);

    databased::Task<> run();

    const Ledger& ledger() const noexcept { return ledger_; }
    /// What it did so far, a line each.
    const std::string& story() const noexcept { return story_; }
    /// What the library told it that cannot be; empty if nothing.
    const std::string& complaint() const noexcept { return complaint_; }
    int first_id() const noexcept { return first_id_; }

  private:
    using Error = databased::Error;
    using Session = databased::Session;
    template <class T = void>
    using Task = databased::Task<T>;

    Task<> unit();
    Task<> autocommitted();
    Task<> many();
    Task<> read();
    Task<> returning();
    Task<> call_function();
    Task<> stray();
    Task<> crowd();
    Task<> one_of_crowd();
    Task<> read_or_insert(int id, Level& level);
    Task<> scoped();
    Task<> by_hand();
    Task<> in_haste(int percent, Task<> work);
    void note(const Level& unit, const std::exception_ptr& error);

    Task<> body(Session& session, std::vector<Level>& levels);
    Task<> step(Session& session, std::vector<Level>& levels);
    Task<> insert(databased::Executor& executor, Level& level);
    Task<> insert_orphan(Session& session, Level& level);
    Task<> insert_two(Session& session, Level& level);
    Task<> insert_in_time(Session& session, std::vector<Level>& levels);
    Task<> insert_twice(Session& session, std::vector<Level>& levels);
    Task<> remove(Session& session, std::vector<Level>& levels);
    Task<> look(Session& session, const std::vector<Level>& levels);
    Task<> child_scoped(Session& session, std::vector<Level>& levels);
    Task<> child_by_hand(Session& session, std::vector<Level>& levels);
    Task<> end_by_database(Session& session, std::vector<Level>& levels);
    Task<> leave_trace(Session& session);
    Task<> expect_clean(databased::Executor& executor);
    void add_hook(Session& session, Level& level);

    bool chance(int percent) { return pick(100) < percent; }
    int pick(int count) { return static_cast<int>(random_() % static_cast<std::uint32_t>(count)); }
    void tell(std::string line) { story_ += line + '\n'; }
    void complain(const std::string& what) { complaint_ += what + '\n'; }
    bool is_expected(const std::exception_ptr& error);
    bool on_sqlite() const { return database_.url().dialect() == "sqlite"; }
    Traces traces() const { return Traces{on_sqlite()}; }

    databased::Database& database_;
    databased::Database& control_;
    std::mt19937 random_;
    int first_id_;
    int next_id_;
    int next_hook_ = 0;
    Faults faults_;
    bool is_disturbed_ = false;  // something in this unit may make what follows fail
    Ledger ledger_;
    std::string story_;
    std::string complaint_;
};

}  // namespace model
