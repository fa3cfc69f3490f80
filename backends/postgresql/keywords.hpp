// libpq's connection keywords: which there are, and what libpq makes of their values.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
#pragma once

#include "connection_handle.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace databased::postgresql {

/// Keywords with their values, each once. To libpq, a keyword without a value is one that is not there.
class Keywords {
  public:
    bool has(std::string_view name) const noexcept { return !value(name).empty(); }
    /// Empty if it is not there.
    std::string_view value(std::string_view name) const noexcept;
    void set(std::string_view name, std::string_view value);
    void remove(std::string_view name) { set(name, ""); }

    /// Begins to connect, in libpq's way: look at PQstatus(). Throws std::bad_alloc.
    ConnectionHandle connect() const;

  private:
    std::vector<std::pair<std::string, std::string>> items_;
};

/// All that the installed libpq knows.
const std::vector<std::string>& keyword_names();

/// What libpq would connect with: `keywords`, then the service file, then the environment, then its own defaults.
/// Without user, password and channel_binding.
Keywords completed(const Keywords& keywords);

/// Why libpq refuses these values, or empty if it does not. It looks at no file and asks nobody.
std::string refusal_of(const Keywords& keywords);

}  // namespace databased::postgresql
