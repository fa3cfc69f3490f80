// How changes of a table are told.
#pragma once

#include <databased/detail/fetch.hpp>
#include <databased/watch.hpp>

#include <string>

namespace databased::detail {

/// The channel on which they are. Throws UsageError if they are not, NotSupportedError if they cannot be.
Task<std::string> channel_of(Target target, TableName table);

}  // namespace databased::detail
