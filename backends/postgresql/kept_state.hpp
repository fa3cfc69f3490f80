// What a connect hook has made of the server's session.
#pragma once

#include "session_reset.hpp"

#include <databased/row.hpp>
#include <databased/statement.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace databased::postgresql {

/// What may be names of settings of one's own ("app.tenant") in what the hook has run, values included.
class HookNames {
  public:
    void note(const Statement& statement);
    std::vector<std::string> names() const { return {names_.begin(), names_.end()}; }

  private:
    void note(std::string_view text);

    std::set<std::string> names_;
};

/// Rows of a kind, a name and a value. Its parameter are the names.
extern const char* const kept_state_query;

void add_to(KeptState& state, const Row& row);

}  // namespace databased::postgresql
