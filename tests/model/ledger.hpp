// The plain model: what a program was told, and so what has to be in the table.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace model {

/// What one level of a unit of work did: rows that are there or gone, hooks that are to be called. Its end adds it to
/// the level around it, or drops it.
struct Level {
    std::map<int, bool> rows{};
    std::vector<int> hooks{};
    bool is_refused = false;  ///< It cannot be committed.

    void add(const Level& inner) {
        is_refused = is_refused || inner.is_refused;
        for (const auto& [id, is_there] : inner.rows) rows[id] = is_there;
        hooks.insert(hooks.end(), inner.hooks.begin(), inner.hooks.end());
    }
};

/// All that one program was told.
class Ledger {
  public:
    void committed(const Level& unit) {
        for (const auto& [id, is_there] : unit.rows) rows_[id] = is_there;
        hooks_.insert(unit.hooks.begin(), unit.hooks.end());
    }
    /// Nobody knows whether the whole of it was committed, or nothing of it.
    void unknown(const Level& unit) { unknown_.push_back(unit); }

    const std::map<int, bool>& rows() const noexcept { return rows_; }
    /// A unit whose end is unknown may be seen either way.
    bool is_definite() const noexcept { return unknown_.empty(); }
    /// Whether a unit whose end is unknown had to do with the row.
    bool is_in_doubt(int id) const {
        return std::any_of(unknown_.begin(), unknown_.end(),
                           [id](const Level& unit) { return unit.rows.count(id) != 0; });
    }
    void called(int hook) {
        if (!called_.insert(hook).second) called_twice_ = true;
    }

    /// What contradicts it in a table with the rows `seen`; empty if nothing does.
    std::string contradiction(const std::set<int>& seen) const {
        std::map<int, bool> expected = rows_;
        for (const Level& unit : unknown_) {
            const std::size_t done = count_done(unit, seen);
            if (done != 0 && done != unit.rows.size()) return "a unit whose outcome is unknown was done by half";
            if (done != 0) {
                for (const auto& [id, is_there] : unit.rows) expected[id] = is_there;
            }
        }
        for (const auto& [id, is_there] : expected) {
            if (is_there && seen.count(id) == 0) return "row " + std::to_string(id) + " was acknowledged and is lost";
            if (!is_there && seen.count(id) != 0) return "row " + std::to_string(id) + " was deleted and is there";
        }
        for (const int id : seen) {
            if (expected.count(id) == 0) return "row " + std::to_string(id) + " was not acknowledged and is there";
        }
        if (called_twice_) return "a hook was called twice";
        if (called_ != hooks_) return "hooks of other units than those that were committed were called";
        return {};
    }

  private:
    static std::size_t count_done(const Level& unit, const std::set<int>& seen) {
        std::size_t done = 0;
        for (const auto& [id, is_there] : unit.rows) done += (seen.count(id) != 0) == is_there ? 1 : 0;
        return done;
    }

    std::map<int, bool> rows_;
    std::vector<Level> unknown_;
    std::set<int> hooks_;  // of committed units
    std::set<int> called_;
    bool called_twice_ = false;
};

}  // namespace model
