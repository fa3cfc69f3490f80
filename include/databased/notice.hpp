// What a database says beside its answers.
#pragma once

#include <string>

namespace databased {

/// What the server has to say of a statement that it carries out: PostgreSQL's RAISE NOTICE, a table that is there
/// already, a name that is cut. May contain values.
struct Notice {
    std::string severity{};  ///< "DEBUG", "LOG", "INFO", "NOTICE" or "WARNING".
    std::string sqlstate{};  ///< Five characters.
    std::string message{};
    std::string detail{};
    std::string hint{};
};

}  // namespace databased
