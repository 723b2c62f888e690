// Two processes, two cores: neither takes time from the other.
#pragma once

namespace storm {

/// Which of the cores that the program was started on.
enum class core { first, last };

/// Moves this process to that core. Where there is only one, or it is not allowed, nothing happens.
void pin_to(core which);

}  // namespace storm
