// What a user leaves on a connection, for nobody else to find, and what the connect hook sets for all to find.
#pragma once

#include <string>

namespace model {

/// Of SQLite, or of PostgreSQL.
class Traces {
  public:
    explicit Traces(bool on_sqlite) noexcept : on_sqlite_(on_sqlite) {}

    static constexpr int kinds = 6;
    /// A statement that leaves one; `number` makes its name unique where it needs one.
    std::string of_kind(int kind, int number) const;
    /// What the connect hook says.
    const char* setting() const noexcept;
    /// How many traces of others there are, and settings of the hook that are missing: one number.
    const char* count() const noexcept;

  private:
    bool on_sqlite_;
};

}  // namespace model
