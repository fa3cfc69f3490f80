// Which texts may run where.
#pragma once

#include "statement_facts.hpp"

#include <exception>

namespace databased::sqlite {

/// Where a text is to run.
struct Situation {
    bool is_hook = false;  ///< Who makes the connection ready: what is left is there for every user.
    bool in_transaction = false;
    bool in_memory = false;
};

/// Why a text that does this may not run there; null if it may.
std::exception_ptr refusal(const StatementFacts& facts, Situation situation);

}  // namespace databased::sqlite
