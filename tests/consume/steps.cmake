# What the scripts here share.

# as `./dev` does: ccache may share what was compiled in another folder, although the tests run in another locale
set(ENV{CCACHE_NOHASHDIR} 1)
set(ENV{CCACHE_SLOPPINESS} locale)
# the programs answer from the fake
foreach(variable ANTHROPIC_API_KEY ANTHROPIC_FOUNDRY_API_KEY ANTHROPIC_FOUNDRY_RESOURCE)
  unset(ENV{${variable}})
endforeach()

# runs a command that must succeed; `said` becomes what it says
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${said}\n(${result})")
  endif()
  set(said "${said}" PARENT_SCOPE)
endfunction()
