-- Makes each of wrk's connections send one request per second.
function delay()
  return 1000
end
